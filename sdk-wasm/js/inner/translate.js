// Sentences of outcomes and errors in the page's language. Others than these read English, which
// server and module speak.

/** A function that gives an outcome or error the page's words and hands it back. `fetchWords` loads words.js. */
export const translator = ({ language, texts }, fetchWords) => async (told) => {
  if (told?.code && told.actor) {
    const spoken = language ?? pageLanguage();
    const words = TRANSLATED.test(spoken) ? await (await fetchWords()).words(spoken) : {};
    const better = texts?.[told.code] ?? words[told.code] ?? words[told.next];
    if (better) told.message = better;
  }
  return told;
};

const TRANSLATED = /^(ar|de|es|fr|ja)\b/i;

const pageLanguage = () => globalThis.document?.documentElement.lang || 'en';
