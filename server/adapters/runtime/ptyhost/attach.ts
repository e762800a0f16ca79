/**
 * The live view of a session: a connection of its own, on which the host sends a snapshot at an offset and then the output from
 * there on. A gap, which only a host that went wrong could make, is mended by another snapshot, never passed on. Its screen is the
 * host's: whoever needs a picture is given one of the host's.
 */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { Log } from '../../../ports/log.ts';
import type { Attachment, AttachmentListener } from '../../../ports/terminal.ts';
import { runtimeNotFound } from '../refusals.ts';
import { describeError, hostUnavailable } from './failures.ts';
import { parseHandle } from './handles.ts';
import { createHostScreen } from './host-screen.ts';
import { ASK_LIMIT_MS, type Hosts } from './hosts.ts';
import type { Link } from './link.ts';
import { parseStatus } from './messages.ts';

export function createAttach({ hosts, log }: { readonly hosts: Hosts; readonly log: Log }) {
  return async (handle: RuntimeHandle, listener: AttachmentListener): Promise<Attachment> => {
    const name = parseHandle(handle);
    if (name === null) throw runtimeNotFound(handle, 'its handle is none of a pty host');
    const found = await hosts.find(name);
    if (found.state === 'unknown') throw hostUnavailable(found.why);
    if (found.state === 'absent') throw runtimeNotFound(name, 'there is none');
    if (hosts.life(found.record) === 'gone') throw runtimeNotFound(name, 'its host is gone');

    let expected: number | null = null;
    let muted = false;
    let attached = false;
    const { screen, drawn } = createHostScreen((number) => {
      // One that does not answer in time is stopped, and draws when it goes on; one whose connection ends is gone.
      void link.ask({ op: 'picture', number }, { limitMs: ASK_LIMIT_MS }).catch((caught: unknown) => {
        if (!muted) log.warn({ host: name, error: describeError(caught) }, 'a pty host has not drawn yet');
      });
    });

    function redraw(): void {
      expected = null;
      void link.ask({ op: 'redraw' }, { limitMs: ASK_LIMIT_MS }).catch((caught: unknown) => {
        if (!muted) log.warn({ host: name, error: describeError(caught) }, 'a pty host did not draw anew');
      });
    }

    const link: Link = await hosts
      .connect(found.record, {
        onSnapshot({ offset, bytes }) {
          expected = offset;
          if (!muted) listener.onData(bytes);
        },
        onOutput({ offset, bytes }) {
          // What comes before a snapshot that was asked for is in it.
          if (expected === null) return;
          if (offset !== expected) {
            log.warn({ host: name, expected, offset }, 'output of a pty host is missing; it is drawn anew');
            return redraw();
          }
          expected += bytes.length;
          if (!muted) listener.onData(bytes);
        },
        onPicture: drawn,
        onClose() {
          if (attached && !muted) listener.onEnd();
        },
      })
      .catch((caught: unknown) => {
        throw hostUnavailable(describeError(caught), caught);
      });

    try {
      const reply = await link.ask({ op: 'attach' }, { limitMs: ASK_LIMIT_MS });
      const status = reply.state === 'ok' ? parseStatus(reply.facts) : null;
      if (status === null) throw new Error(reply.state === 'ok' ? 'its answer is none' : reply.why);
      attached = true;
      return {
        size: status.size,
        screen: status.pictures ? screen : null,
        async write(data) {
          let reply: Awaited<ReturnType<Link['ask']>>;
          try {
            reply = await link.ask({ op: 'write' }, { limitMs: ASK_LIMIT_MS, body: data });
          } catch (caught) {
            throw hostUnavailable(`whether the input was taken cannot be told (${describeError(caught)})`, caught);
          }
          if (reply.state === 'refused') throw hostUnavailable(reply.why);
        },
        // The host has the size already, and may have pulled lines back out of its history.
        resize: redraw,
        pause: link.pause,
        resume: link.resume,
        async close() {
          muted = true;
          link.close();
        },
      };
    } catch (caught) {
      muted = true;
      link.close();
      throw hostUnavailable(describeError(caught), caught);
    }
  };
}
