import { DeviceList } from './device-list.tsx';

export default function DevicesPage() {
  return <DeviceList />;
}
