// The outcome of the server-driven way stands in the address: `?connect_outlook=needs_admin.CODE.ACTOR.NEXT`, perhaps with
// Microsoft's number and correlation id. Anybody can write such a link, so it is a hint to show and nothing more: who is
// connected, the session says.

/** Takes the outcome out of the address, if there is one. `peek` asks for the session, `words` are to be said. */
export async function returned(peek, words) {
  const parameters = new URLSearchParams(location.search);
  const told = parameters.getAll(PARAMETER);
  if (told.length === 0) return null;
  parameters.delete(PARAMETER);
  const query = parameters.size ? `?${parameters}` : '';
  history.replaceState(history.state, '', location.pathname + query + location.hash);
  if (told[0] === 'connected') {
    const account = (await peek())?.accounts[0];
    return account ? { status: 'connected', account } : null;
  }
  const [, status, code, actor, next, aadsts, correlation_id] = SHAPE.exec(told.length === 1 && told[0]) ?? [];
  if (!status) return null;
  const reason = { status, code, actor, next, message: words[code] ?? words[next] };
  return { ...reason, ...(aadsts && { aadsts: Number(aadsts) }), ...(correlation_id && { correlation_id }) };
}

const PARAMETER = 'connect_outlook';
const SHAPE =
  /^(cancelled|needs_admin|blocked_by_policy|misconfigured|unavailable)\.([a-z\d_]{1,64})\.(visitor|tenant_admin|developer|operator|microsoft)\.(try_again|sign_in_again|ask_admin|contact_admin|fix_registration|fix_credential|wait|none)(?:\.(\d{1,9}))?(?:\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}))?$/;
