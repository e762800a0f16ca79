import { AgentList } from './agent-list.tsx';

export default function AgentsPage() {
  return <AgentList />;
}
