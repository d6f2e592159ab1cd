// Sentences of outcomes and errors in the page's language. English needs nothing: that is what server and module speak.

/** A function that gives an outcome or error the page's words and hands it back. `fetchWords` loads words.js. */
export const translator = ({ language, texts }, fetchWords) => async (told) => {
  if (told?.code && told.actor) {
    const spoken = language ?? pageLanguage();
    const words = /^en\b/.test(spoken) ? {} : await (await fetchWords()).words(spoken);
    const better = texts?.[told.code] ?? words[told.code] ?? words[told.next];
    if (better) told.message = better;
  }
  return told;
};

const pageLanguage = () => globalThis.document?.documentElement.lang || 'en';
