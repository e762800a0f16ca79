/**
 * A local stand-in for the streaming Messages API, so that a real agent CLI can be tried without an account or a network. It
 * answers deterministically, remembers what it was asked, and understands nothing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from './listen.ts';

export type ModelMessage = { readonly role: string; readonly text: string };

export type ModelRequest = {
  /** All text of the system prompt. */
  readonly system: string;
  /** What user and assistant said. */
  readonly messages: readonly ModelMessage[];
  /** Names of the tools on offer; side requests (titles, summaries) offer none. */
  readonly tools: readonly string[];
};

export type ModelReply = { readonly text: string } | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

export type ModelApi = AsyncDisposable & {
  readonly url: string;
  /** Requests of the conversation, oldest first; side requests are left out. */
  readonly conversation: readonly ModelRequest[];
};

export type ModelApiOptions = {
  /** What is answered to a request of the conversation. By default the last thing said, repeated. */
  readonly reply?: (request: ModelRequest) => ModelReply;
};

export const ECHO = 'You said: ';

export async function openModelApi({ reply = echo }: ModelApiOptions = {}): Promise<ModelApi> {
  const conversation: ModelRequest[] = [];
  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(incoming);
    const path = (incoming.url ?? '').split('?')[0];
    if (path === '/v1/messages/count_tokens') return sendJson(response, { input_tokens: 1 });
    if (path !== '/v1/messages' || incoming.method !== 'POST') return sendJson(response, {});
    const request = toRequest(body);
    const isConversation = request.tools.length > 0;
    if (isConversation) conversation.push(request);
    const message = toMessage(isConversation ? reply(request) : { text: 'ok' }, body['model']);
    if (body['stream'] === true) sendStream(response, message);
    else sendJson(response, message);
  }

  const listening = await listenLocally(server);
  return { url: `http://127.0.0.1:${listening.port}`, conversation, [Symbol.asyncDispose]: listening.close };
}

export function lastSaid({ messages }: ModelRequest): string {
  return messages.findLast(({ role, text }) => role === 'user' && text !== '')?.text ?? '';
}

function echo(request: ModelRequest): ModelReply {
  return { text: ECHO + lastSaid(request) };
}

function toRequest(body: Record<string, unknown>): ModelRequest {
  const messages = asArray(body['messages'])
    .map((message) => ({ role: String(asObject(message)['role']), text: textOf(asObject(message)['content']) }))
    // Claude Code puts further system text between the turns.
    .filter(({ role }) => role === 'user' || role === 'assistant');
  return { system: textOf(body['system']), messages, tools: asArray(body['tools']).map((tool) => String(asObject(tool)['name'])) };
}

/** Text blocks, without the reminders that the CLI puts beside what was really said. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content.startsWith('<system-reminder>') ? '' : content;
  return asArray(content)
    .map((block) => asObject(block)['text'])
    .filter((text): text is string => typeof text === 'string' && !text.startsWith('<system-reminder>'))
    .join('\n');
}

type Message = ReturnType<typeof toMessage>;

function toMessage(reply: ModelReply, model: unknown) {
  const block =
    'text' in reply
      ? ({ type: 'text', text: reply.text } as const)
      : ({ type: 'tool_use', id: `toolu_${Date.now()}`, name: reply.tool, input: reply.input } as const);
  return {
    id: `msg_${Date.now()}`,
    type: 'message',
    role: 'assistant',
    model: String(model),
    content: [block],
    stop_reason: 'text' in reply ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

function sendStream(response: ServerResponse, message: Message): void {
  const send = (event: string, data: object): void =>
    void response.write(`event: ${event}\ndata: ${JSON.stringify({ type: event, ...data })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of message.content.entries()) {
    const isText = block.type === 'text';
    send('content_block_start', { index, content_block: isText ? { type: 'text', text: '' } : { ...block, input: {} } });
    const delta = isText
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', { delta: { stop_reason: message.stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } });
  send('message_stop', {});
  response.end();
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function readJson(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    return asObject(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return {};
  }
}

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
