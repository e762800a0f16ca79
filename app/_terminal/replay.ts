/**
 * What goes before a snapshot: CAN ends whatever sequence the old stream was cut in, without running it, and RIS clears
 * screen, modes, colours and scroll region that a killed program may have left on (T4). In the stream rather than by
 * `terminal.reset()`, because output that still waits to be parsed would otherwise be drawn on the new screen.
 */
export const START_AFRESH = '\x18\x1bc';
