/**
 * The whole configuration of our tmux server; the user's own is never read. Pure text.
 * Never a global `window-size`: `manual` there makes the next `new-session` end the server and every session with it.
 */

/**
 * Milliseconds in which the rest of a key must follow its first bytes, or tmux takes them for keys of their own and drops half a
 * character. It is also how late a lone Escape comes: below what anybody notices.
 */
const ESCAPE_TIME_MS = 20;

/** Lines of history a session; 5,000 coloured ones are about 10 MB. */
export const HISTORY_LINES = 5_000;

export function toTmuxConfig(): string {
  return `# Written by ao at each start of its tmux server; changes are lost.
set -s exit-empty off
set -s escape-time ${ESCAPE_TIME_MS}
set -s set-clipboard off
set -s default-terminal tmux-256color
set -s extended-keys on
set -s focus-events on
set -s terminal-features 'xterm*:RGB:sync:clipboard:title:usstyle:focus:extkeys:hyperlinks'
set -s buffer-limit 200
set -g history-limit ${HISTORY_LINES}
set -g status off
set -g prefix None
set -g prefix2 None
set -g mouse off
set -g update-environment ''
set -g destroy-unattached off
set -g detach-on-destroy on
set -g default-command ''
set -g set-titles off
set -g visual-activity off
set -g visual-bell off
set -g lock-after-time 0
set -g base-index 0
setw -g pane-base-index 0
setw -g remain-on-exit on
setw -g remain-on-exit-format ''
setw -g allow-passthrough off
setw -g allow-rename off
setw -g automatic-rename off
setw -g aggressive-resize off
setw -g monitor-activity off
setw -g monitor-bell off
setw -g scroll-on-clear on
`;
}
