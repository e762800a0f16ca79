/**
 * Keeps the answers of a viewer's terminal from being typed into the agent (T6). tmux asks every terminal that attaches what it
 * is, and programs ask too; every browser that sees the question answers it, in the same stream as its keys. tmux has answered
 * the programs already and knows what we are, so all such replies are dropped. Real keys, mouse and focus reports pass, and so
 * does whatever is inside a bracketed paste. Pure.
 */

/** Where the input stands between two frames: a paste may be cut into several. */
export type InputState = 'keys' | 'paste';

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

const REPLIES = new RegExp(
  [
    // DA1 `CSI ? … c`, DA2 `CSI > … c`, and secondary forms.
    '\\x1b\\[[?>=][0-9;]*c',
    // DSR `CSI 0 n` and its private forms.
    '\\x1b\\[\\??[0-9;]*n',
    // Cursor position. `CSI 1 ; 2…16 R` is F3 with modifiers, and a key is worth more than a reply that nobody asks for.
    '\\x1b\\[\\?[0-9;]+R',
    '\\x1b\\[(?!1;(?:[2-9]|1[0-6])R)[0-9]+;[0-9]+R',
    // DECRPM, modes of either kind.
    '\\x1b\\[\\??[0-9;]*\\$y',
    // Window and cell sizes, `CSI 4|6|8 ; … t`, and what the window is called.
    '\\x1b\\[[0-9]+(?:;[0-9]+)*t',
    // Flags of the kitty keyboard; its keys have no `?`.
    '\\x1b\\[\\?[0-9;]*u',
    // Graphics attributes.
    '\\x1b\\[\\?[0-9;]*S',
    // DECRQSS, XTGETTCAP, XTVERSION, DA3.
    '\\x1bP[01]?[$+]r[^\\x1b\\x07]*\\x1b\\\\',
    '\\x1bP>\\|[^\\x1b\\x07]*\\x1b\\\\',
    '\\x1bP![|][0-9A-Fa-f]*\\x1b\\\\',
    // Colours (OSC 4, 5, 10 to 19) and the clipboard (OSC 52), which nobody may read this way.
    '\\x1b\\](?:4;[0-9]+|5;[0-9]+|1[0-9]);rgba?:[0-9A-Fa-f/]+(?:\\x07|\\x1b\\\\)',
    '\\x1b\\]52;[^\\x1b\\x07]*(?:\\x07|\\x1b\\\\)',
    // Titles, asked for by `CSI 20|21 t`.
    '\\x1b\\][lL][^\\x1b\\x07]*\\x1b\\\\',
  ].join('|'),
  'g',
);

export function dropQueryReplies(data: Uint8Array, state: InputState): { readonly data: Uint8Array; readonly state: InputState } {
  // Most frames are a key or two, and have nothing to look at.
  if (!data.includes(0x1b)) return { data, state };
  const text = toBinaryText(data);
  let kept = '';
  let from = 0;
  let now = state;
  while (from < text.length) {
    const marker = now === 'paste' ? PASTE_END : PASTE_START;
    const at = text.indexOf(marker, from);
    const until = at === -1 ? text.length : at + marker.length;
    const part = text.slice(from, until);
    kept += now === 'paste' ? part : part.replace(REPLIES, '');
    if (at !== -1) now = now === 'paste' ? 'keys' : 'paste';
    from = until;
  }
  return { data: kept.length === data.length ? data : toBytes(kept), state: now };
}

/** One character a byte, so that positions agree and nothing is decoded. */
function toBinaryText(data: Uint8Array): string {
  let text = '';
  for (let from = 0; from < data.length; from += 4_096) text += String.fromCharCode(...data.subarray(from, from + 4_096));
  return text;
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
