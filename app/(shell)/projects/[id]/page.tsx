import { Suspense } from 'react';
import { BoardSkeleton } from '../../../_components/board.tsx';
import { ProjectBoard } from './project-board.tsx';

export default function ProjectPage() {
  return (
    <Suspense fallback={<BoardSkeleton />}>
      <ProjectBoard />
    </Suspense>
  );
}
