// Handles that the page holds itself, where cookies of the server do not reach it: the module sends and keeps them by
// these members, and does not know where they lie. A flow's handle has to outlive the way to Microsoft and back, so it
// is in the tab's store; the session's is where the page wants it.

/** `place`: `memory`, `tab`, or nothing, which leaves all to cookies until `active` is set. */
export function hold(place, backend) {
  const memory = {};
  const held = { active: place === 'memory' || place === 'tab' };
  const slot = (name, inTab) => {
    const key = keyOf(name, backend);
    return {
      get: () => (held.active ? (memory[name] ?? (inTab && stored(key)) ?? undefined) : undefined),
      set(value) {
        memory[name] = value || undefined;
        if (inTab) store(key, value);
      },
    };
  };
  const [flow, session] = [slot('flow', true), slot('session', place === 'tab')];
  Object.defineProperties(held, {
    session: {
      get: session.get,
      set(value) {
        session.set(value);
        // Attempts that still wait, in other windows, have it from memory.
        store(keyOf('flow', backend));
      },
    },
    // Whoever has none yet asks for one.
    flow: { set: flow.set, get: () => flow.get() ?? (held.active ? 'new' : undefined) },
  });
  return held;
}

const keyOf = (name, backend) => `connect-outlook${name === 'session' ? '' : `.${name}`} ${backend}`;

// Browsers may keep a page from its own store.
function stored(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // It stays in memory.
  }
}
