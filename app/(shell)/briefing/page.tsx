import { RpcProvider } from '../../_data/rpc-provider.tsx';
import { BriefingScreen } from './briefing-screen.tsx';

export default function BriefingPage() {
  return (
    <RpcProvider>
      <BriefingScreen />
    </RpcProvider>
  );
}
