/**
 * Judges a recorded history of calls to one key: is there an order of the calls, each at some moment between its call and its
 * return, in which a plain register would have answered the same? Knows nothing about stores. Values must be unique.
 */

/** One finished call. `from` and `to` are moments of one counter. `value` is what a read saw or what a write wrote. */
export interface Recorded {
  readonly from: number;
  readonly to: number;
  readonly kind: 'get' | 'put' | 'delete';
  /** What a read saw (`null`: nothing) or what a put wrote. */
  readonly value: string | null;
  /** What a conditional write required (`null`: nothing there); absent for a write without condition. */
  readonly expected?: string | null | undefined;
  /** The write was refused. */
  readonly conflict?: boolean;
}

/** Whether some order explains the history. At most 30 calls, starting from a key that does not exist. */
export function isLinearizable(history: readonly Recorded[]): boolean {
  const tried = new Set<string>();
  const everything = 2 ** history.length - 1;

  const search = (placed: number, state: string | null): boolean => {
    if (placed === everything) return true;
    const situation = `${placed} ${state ?? ''}`;
    if (tried.has(situation)) return false;
    tried.add(situation);
    const open = history.filter((_, index) => (placed & (2 ** index)) === 0);
    // A call can come next only if no other open call had returned before it began.
    const firstReturn = Math.min(...open.map((call) => call.to));
    return history.some((call, index) => {
      if ((placed & (2 ** index)) !== 0 || call.from > firstReturn) return false;
      const next = after(state, call);
      return next !== undefined && search(placed | (2 ** index), next);
    });
  };
  return search(0, null);
}

/** The register's state after the call; `undefined` where the register would have answered otherwise. */
function after(state: string | null, call: Recorded): string | null | undefined {
  if (call.kind === 'get') return call.value === state ? state : undefined;
  const allowed = call.expected === undefined || call.expected === state;
  if (call.conflict === true) return allowed ? undefined : state;
  if (!allowed) return undefined;
  return call.kind === 'put' ? call.value : null;
}
