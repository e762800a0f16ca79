import { Suspense } from 'react';
import { BoardSkeleton } from '../_components/board.tsx';
import { AllProjectsBoard } from './all-projects-board.tsx';

export default function BoardPage() {
  return (
    <Suspense fallback={<BoardSkeleton />}>
      <AllProjectsBoard />
    </Suspense>
  );
}
