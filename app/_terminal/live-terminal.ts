/**
 * One session's terminal as it lives in a tab: its screen, its connection, and what the user can do with both. Outside React,
 * so that it survives a change of page; a view subscribes to `view` and calls the rest.
 */
import type { KeyboardWord } from '../../server/contract/socket.ts';
import { createTerminalLink } from '../../server/terminal-client/terminal-link.ts';
import type { TabWire } from '../../server/terminal-client/terminal-wire.ts';
import { whyNotTyped } from './describe-watchers.ts';
import { createHistoryDesk } from './history-desk.ts';
import { type BarKey, isModifier, matchShortcut, type Platform, toKeyBytes, withControl } from './keys.ts';
import { judgeLink } from './link-guard.ts';
import { createPasteDesk } from './paste-desk.ts';
import { hasFinePointer } from './pointer.ts';
import type { TerminalPreferences } from './preferences.ts';
import type { ShownAs } from './registry.ts';
import { watchTouch } from './scrolling.ts';
import { type Cell, createCell, initialViewState, isForeignSize, type TerminalViewState } from './terminal-view-state.ts';
import type { TerminalTheme } from './theme.ts';
import { createXtermScreen } from './xterm-screen.ts';

/** A window that is dragged changes its size with every frame; the program is told once it rests. Milliseconds. */
const FIT_AFTER_MS = 80;
const NOTICE_MS = 6_000;

/** What only the page around the terminal can do. */
export type TerminalHost = {
  readonly onSearch: () => void;
  /** The keyboard's way out: the focus goes to where Tab moves on. */
  readonly onLeave: () => void;
};

export type LiveTerminal = {
  readonly sessionId: string;
  readonly element: HTMLElement;
  readonly view: Pick<Cell<TerminalViewState>, 'get' | 'subscribe'>;
  /** As a tile it takes the size that the terminal has, drawn small enough to fit, until it is typed into. */
  readonly shown: (as: ShownAs) => void;
  readonly hidden: () => void;
  readonly setHost: (host: TerminalHost | null) => void;
  /** Which program runs: a shell asks before several lines are pasted. */
  readonly setProgram: (program: 'shell' | 'other') => void;
  readonly setRenderer: (renderer: 'webgl' | 'dom') => void;
  readonly setTheme: (theme: TerminalTheme) => void;
  readonly setPreferences: (preferences: TerminalPreferences) => void;
  readonly focus: () => void;
  readonly copySelection: () => Promise<'copied' | 'nothing' | 'refused'>;
  readonly paste: (text: string) => void;
  readonly cancelPaste: () => void;
  /** Answers the open question; `always`: and do not ask for such pastes again in this tab. */
  readonly answer: (word: 'yes' | 'always' | 'no') => void;
  readonly pressBarKey: (key: BarKey) => void;
  readonly toggleControl: () => void;
  /** Shows what has scrolled off, or goes back to the live screen. */
  readonly toggleHistory: () => void;
  readonly copyHistory: () => Promise<void>;
  /** In all that the session host keeps; `typed`: the text changes as it is typed, and what fits still is kept. */
  readonly find: (text: string, direction: 'older' | 'newer', how: 'typed' | 'asked') => void;
  readonly endSearch: () => void;
  readonly claimSize: () => void;
  /** Who may type: this one alone, everybody, or this one not at all. */
  readonly keyboard: (word: KeyboardWord) => void;
  readonly dismissCut: () => void;
  readonly retryNow: () => void;
  /** The launch that can be attached to now, or `null`; a new one brings an ended terminal back. */
  readonly setLaunch: (launchId: string | null) => void;
  readonly dispose: () => void;
};

export function createLiveTerminal(deps: {
  readonly sessionId: string;
  readonly wire: TabWire;
  readonly theme: TerminalTheme;
  readonly preferences: TerminalPreferences;
  readonly platform: Platform;
}): LiveTerminal {
  let host: TerminalHost | null = null;
  let launch: string | null = null;
  let isShown = false;
  /** `looking on`: a tile that nobody has typed into; its place says nothing about the terminal's size. */
  let part: 'sizing' | 'looking on' = 'sizing';
  let shownAs: ShownAs = 'page';
  let { fontSize } = deps.preferences;
  let noticeTimer: ReturnType<typeof setTimeout> | undefined;
  let fitTimer: ReturnType<typeof setTimeout> | undefined;
  /** The live screen, and over it the history while somebody reads it. */
  const element = document.createElement('div');
  element.className = 'absolute inset-0';

  const screen = createXtermScreen({
    theme: deps.theme,
    preferences: deps.preferences,
    events: {
      onTyped: (data, kind) => typed(data, kind),
      onKey: (event) => onKey(event),
      onLink: (uri, shown) => followLink(uri, shown),
      onHover: (hover) => cell.set({ hover }),
      onFocus: (focus) => {
        cell.set({ focus });
        if (focus === 'outside' && isShown && shownAs === 'tile') refitSoon();
      },
      onSelection: (selection) => cell.set({ selection }),
      onBell: () => cell.set({ bells: cell.get().bells + 1 }),
      onScrollBack: (rows) => {
        if (shownAs === 'page') history.enter(rows);
      },
      onSize: (size) => {
        cell.set({ size });
        history.resize(size);
        refitSoon();
      },
    },
  });
  const link = createTerminalLink({
    sessionId: deps.sessionId,
    access: 'full',
    wire: deps.wire,
    clock: {
      nowMs: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    screen: {
      room: () => ({ ...screen.measure(), visible: isShown && part === 'sizing' && document.visibilityState === 'visible' }),
      resize: screen.resize,
      write(data, done) {
        history.printed();
        screen.write(data, done);
      },
      replay: (data, done) =>
        screen.replay(data, () => {
          history.printed();
          cell.set({ screen: 'drawn' });
          done();
        }),
    },
    onState: (attach) => {
      if (attach.phase.kind !== 'attached') return cell.set({ attach, control: 'off' });
      cell.set({ attach, missedKeys: cell.get().lockedKeys, lockedKeys: 0 });
    },
    onWatchers: (watchers) => cell.set({ watchers }),
    onInputRefused: () => refuse(),
    onInputCut: (cut) => cell.set({ cut, paste: null }),
  });
  const cell = createCell(initialViewState({ attach: link.state(), size: screen.size() }));

  const pastes = createPasteDesk({
    link,
    cell,
    modes: screen.modes,
    onStarted() {
      history.leave();
      screen.scrollToBottom();
    },
    onRefused: () => note(`Not pasted: ${whyLocked() ?? 'the terminal is not connected'}.`),
  });

  function note(notice: string): void {
    clearTimeout(noticeTimer);
    cell.set({ notice });
    noticeTimer = setTimeout(() => cell.set({ notice: null }), NOTICE_MS);
  }

  const history = createHistoryDesk({
    place: element,
    async read(range) {
      const answer = await deps.wire.history({ session: deps.sessionId, ...range }).catch(() => {
        throw new Error('The daemon did not answer.');
      });
      if (answer.ok) return answer.value;
      throw new Error(`${answer.error.message} ${answer.error.hint}`);
    },
    cell,
    size: screen.size,
    theme: deps.theme,
    preferences: deps.preferences,
    links: { onLink: followLink, onHover: (hover) => cell.set({ hover }) },
    note,
  });
  element.append(screen.element);

  const whyLocked = (): string | null => whyNotTyped(cell.get().watchers, cell.get().access);

  function refuse(): void {
    const why = whyLocked();
    if (link.state().phase.kind === 'attached') return note(`Not typed: ${why ?? 'another viewer has just taken the keyboard'}.`);
    cell.set({ lockedKeys: cell.get().lockedKeys + 1 });
  }

  /** Whoever types needs the size of the place that is typed in, and the usual size of text. */
  function takePart(): void {
    if (part === 'sizing') return;
    part = 'sizing';
    screen.setTextSize(fontSize);
    link.claimSize('asked');
    refitSoon();
  }

  function typed(data: Uint8Array, kind: 'key' | 'report'): void {
    if (kind === 'key') takePart();
    const armed = kind === 'key' && cell.get().control === 'armed';
    if (armed) cell.set({ control: 'off' });
    const bytes = armed ? new TextEncoder().encode(withControl(new TextDecoder().decode(data))) : data;
    if (link.type(bytes) === 'locked' && kind === 'key') refuse();
  }

  function onKey(event: KeyboardEvent): 'ours' | 'terminal' {
    if (event.isComposing) {
      history.leave();
      return 'terminal';
    }
    const shortcut = matchShortcut(event, deps.platform);
    if (shortcut === null) {
      if (shownAs === 'page' && event.type === 'keydown' && history.key(event) === 'ours') {
        event.preventDefault();
        return 'ours';
      }
      // Shifted Control chords say nothing to a program that the plain ones do not: they are the page's and the browser's.
      if (event.ctrlKey && event.shiftKey && !event.altKey && /^[a-z]$/i.test(event.key)) return 'ours';
      if (event.type === 'keydown' && !isModifier(event)) history.leave();
      return 'terminal';
    }
    // The browser's own paste event brings the text, without asking for the clipboard.
    if (shortcut === 'paste' || event.type !== 'keydown') return 'ours';
    event.preventDefault();
    if (shortcut === 'search') host?.onSearch();
    if (shortcut === 'leave') host?.onLeave();
    if (shortcut === 'copy') void live.copySelection();
    return 'ours';
  }

  function open(url: string): void {
    window.open(url, '_blank', 'noopener,noreferrer');
  }

  function followLink(uri: string, shown: string | null): void {
    const verdict = judgeLink(uri, shown);
    if (verdict.kind === 'open') open(verdict.url);
    else if (verdict.kind === 'confirm') cell.set({ question: { kind: 'link', url: verdict.url, why: verdict.why } });
    else note(`Link not opened. ${verdict.why}.`);
  }

  function onPasteEvent(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text !== '') live.paste(text);
    else note('Only text can be pasted into a terminal.');
  }

  const refit = (): void => {
    // The window may have lost the focus and the terminal kept it: then it is still the one that is typed into.
    if (shownAs === 'tile' && !screen.element.contains(document.activeElement)) part = 'looking on';
    if (part === 'looking on') screen.fitText(fontSize);
    else screen.setTextSize(fontSize);
    const room = screen.measure();
    cell.set({ room: part === 'looking on' ? screen.size() : room });
    link.claimSize('changed');
    screen.settleOverflow(shownAs === 'tile' ? `Screen of ${deps.sessionId}` : 'Screen of the terminal');
  };
  const refitSoon = (): void => {
    clearTimeout(fitTimer);
    fitTimer = setTimeout(refit, FIT_AFTER_MS);
  };
  // A finger always scrolls back, a screen that is larger than its place first: no program gets touches from here. A tile shows
  // no history: its session's own page does.
  const touch = watchTouch(element, {
    rowHeight: screen.rowHeight,
    wants: () => shownAs === 'page',
    rows(rows, how) {
      if (history.isOpen()) return history.scroll(rows);
      const beyond = screen.scrollOverflow(rows);
      // What still glides does not lead back in whoever has just gone back to the live screen.
      if (beyond < 0 && how === 'held') history.enter(-beyond);
    },
  });
  const observer = new ResizeObserver(refitSoon);
  screen.element.addEventListener('paste', onPasteEvent, true);
  // Whoever takes hold of the terminal sizes it; the page that focuses it by itself does not.
  element.addEventListener('pointerdown', () => {
    if (isForeignSize(cell.get()) && cell.get().access === 'full') link.claimSize('asked');
    if (history.isOpen() && hasFinePointer()) screen.focus();
  });
  // Software keyboards and input methods compose without a key that could be told.
  element.addEventListener('compositionstart', history.leave, true);

  const live: LiveTerminal = {
    sessionId: deps.sessionId,
    element,
    view: cell,
    shown(as) {
      isShown = true;
      shownAs = as;
      part = as === 'tile' ? 'looking on' : 'sizing';
      if (as === 'tile') history.leave();
      screen.reveal();
      link.open();
      observer.observe(screen.element);
      document.addEventListener('visibilitychange', refitSoon);
      refit();
    },
    hidden() {
      observer.disconnect();
      document.removeEventListener('visibilitychange', refitSoon);
      clearTimeout(fitTimer);
      isShown = false;
      link.claimSize('changed');
      cell.set({ hover: null, question: null, focus: 'outside' });
    },
    setHost(next) {
      host = next;
    },
    setProgram: pastes.setProgram,
    setRenderer(next) {
      screen.setRenderer(next);
      history.setRenderer(next);
    },
    setTheme(next) {
      screen.setTheme(next);
      history.setTheme(next);
    },
    setPreferences(next) {
      history.setPreferences(next);
      screen.setPreferences(next);
      ({ fontSize } = next);
      refitSoon();
    },
    focus: screen.focus,
    async copySelection() {
      const text = history.isOpen() ? history.selection() : screen.selection();
      if (text === '') return 'nothing';
      try {
        await navigator.clipboard.writeText(text);
        note('Copied.');
        return 'copied';
      } catch {
        note('The browser did not allow copying. Use its own menu, or open this page on localhost or by https.');
        return 'refused';
      }
    },
    paste(text) {
      takePart();
      pastes.paste(text);
    },
    cancelPaste: pastes.cancel,
    answer(word) {
      const { question } = cell.get();
      cell.set({ question: null });
      if (question === null || word === 'no') return;
      if (question.kind === 'link') return open(question.url);
      pastes.confirm(question.text, word);
    },
    pressBarKey(key) {
      history.leave();
      if (link.type(new TextEncoder().encode(toKeyBytes(key, screen.modes()))) === 'locked') refuse();
    },
    toggleControl: () => cell.set({ control: cell.get().control === 'armed' ? 'off' : 'armed' }),
    toggleHistory: () => (history.isOpen() ? history.leave() : history.enter(null)),
    async copyHistory() {
      try {
        await navigator.clipboard.writeText(await history.plainText());
        note('The whole history is copied.');
      } catch (caught) {
        note(`Not copied. ${caught instanceof Error ? caught.message : String(caught)}`);
      }
    },
    find: history.find,
    endSearch: history.endSearch,
    claimSize: () => link.claimSize('asked'),
    keyboard(word) {
      if (link.state().phase.kind !== 'attached') return note('The terminal is not connected.');
      link.keyboard(word);
      if (word === 'only-look' || word === 'type') cell.set({ access: word === 'type' ? 'full' : 'read-only' });
    },
    dismissCut: () => cell.set({ cut: null, missedKeys: 0 }),
    retryNow: link.retryNow,
    setLaunch(launchId) {
      const isNew = launchId !== null && launchId !== launch;
      launch = launchId;
      if (isNew) link.relaunched();
    },
    dispose() {
      clearTimeout(noticeTimer);
      clearTimeout(fitTimer);
      observer.disconnect();
      document.removeEventListener('visibilitychange', refitSoon);
      touch.stop();
      history.leave();
      link.close();
      screen.dispose();
      element.remove();
    },
  };
  return live;
}
