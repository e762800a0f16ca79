import { GridScreen } from './grid-screen.tsx';

export default function GridPage() {
  return <GridScreen />;
}
