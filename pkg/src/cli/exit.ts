// How commands end.

/** The exit codes. */
export const EXIT = {
  ok: 0,
  /** It was tried and failed, or something checked is not in order. */
  failed: 1,
  /** Wrong usage: nothing was tried. */
  usage: 2,
  /** A difference was found, by a command that looks for one. */
  difference: 3,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

/** The command line, its environment or its files are not as they must be. The message repeats no value. */
export class UsageError extends Error {
  readonly code = 'usage';
  /** What may have been meant. */
  readonly meant: string | undefined;

  constructor(message: string, meant?: string) {
    super(message);
    this.meant = meant;
  }
}

/** A failure of the command line's own, with its code. */
export class CommandError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Ctrl-C at a question. */
export class Interrupted extends Error {
  readonly code = 'aborted';

  constructor() {
    super('stopped');
  }
}
