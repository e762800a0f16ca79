import type { Metadata } from 'next';
import { PairScreen } from './pair-screen.tsx';

export const metadata: Metadata = { title: 'Pairing' };

export default function PairPage() {
  return <PairScreen />;
}
