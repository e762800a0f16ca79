import { PairScreen } from './pair-screen.tsx';

export default function PairPage() {
  return <PairScreen />;
}
