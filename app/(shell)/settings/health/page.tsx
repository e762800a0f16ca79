import { Health } from './health.tsx';

export default function HealthPage() {
  return <Health />;
}
