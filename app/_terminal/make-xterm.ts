/** An xterm as all of ours are: fonts and colours, widths of characters, links that ask, and no answer to a program's questions. */
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type IBufferRange, type ITerminalOptions, Terminal } from '@xterm/xterm';
import { matchDaemonScreen } from '../../server/contract/xterm.ts';
import type { TerminalPreferences } from './preferences.ts';
import { silenceQueries } from './query-guard.ts';
import type { TerminalTheme } from './theme.ts';

export type LinkEvents = {
  readonly onLink: (uri: string, shown: string | null) => void;
  readonly onHover: (uri: string | null) => void;
};

export function makeXterm(deps: {
  readonly theme: TerminalTheme;
  readonly preferences: TerminalPreferences;
  readonly scrollback: number;
  readonly events: LinkEvents;
  readonly options?: ITerminalOptions;
}): Terminal {
  const { theme, preferences, scrollback, events } = deps;
  const term = new Terminal({
    allowProposedApi: true,
    cursorInactiveStyle: 'outline',
    fontFamily: theme.fontFamily,
    fontSize: preferences.fontSize,
    lineHeight: 1.2,
    macOptionClickForcesSelection: true,
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
    screenReaderMode: preferences.screenReader === 'on',
    scrollback,
    scrollOnUserInput: true,
    theme: theme.xterm,
    linkHandler: {
      allowNonHttpProtocols: true,
      activate: (_event, uri, range) => events.onLink(uri, textOf(term, range)),
      hover: (_event, uri) => events.onHover(uri),
      leave: () => events.onHover(null),
    },
    ...deps.options,
  });
  term.loadAddon(new Unicode11Addon());
  term.unicode.activeVersion = '11';
  term.loadAddon(
    new WebLinksAddon((_event, uri) => events.onLink(uri, null), {
      hover: (_event, uri) => events.onHover(uri),
      leave: () => events.onHover(null),
    }),
  );
  silenceQueries(term.parser);
  matchDaemonScreen(term);
  return term;
}

function textOf(term: Terminal, range: IBufferRange): string {
  const parts: string[] = [];
  for (let y = range.start.y; y <= range.end.y; y += 1) {
    const from = y === range.start.y ? range.start.x - 1 : 0;
    const until = y === range.end.y ? range.end.x : term.cols;
    parts.push(term.buffer.active.getLine(y - 1)?.translateToString(true, from, until) ?? '');
  }
  return parts.join('');
}
