// The same with one outcome forgotten: must not compile.
import type { Outcome } from 'connect-outlook';

export function say(outcome: Outcome): string {
  switch (outcome.status) {
    case 'connected':
      return outcome.account.display_name;
    case 'cancelled':
    case 'blocked_by_policy':
    case 'misconfigured':
    case 'unavailable':
      return outcome.message;
  }
}
