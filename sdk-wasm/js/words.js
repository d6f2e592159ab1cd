// What people read, in their language. English is here; the others are fetched when a page speaks them.

/** The words for an element, or for a language: what is to be read on the element, and sentences by code and next step. */
export async function words(asked) {
  const { lang, texts } = typeof asked === 'string' ? { lang: asked } : { lang: languageOf(asked), texts: asked.texts };
  const fetched = PACKS[lang.slice(0, 2).toLowerCase()]?.();
  // A pack that cannot be fetched is no reason to say nothing.
  const pack = await fetched?.catch(() => undefined);
  return { ...ENGLISH, ...pack?.default, ...texts };
}

const languageOf = (element) => element.closest('[lang]')?.lang || document.documentElement.lang || 'en';

const PACKS = {
  ar: () => import('./lang/ar.js'),
  de: () => import('./lang/de.js'),
  es: () => import('./lang/es.js'),
  fr: () => import('./lang/fr.js'),
  ja: () => import('./lang/ja.js'),
};

const ENGLISH = {
  connect: 'Connect Outlook',
  away: 'Connecting with Microsoft…',
  window: 'Finish signing in in the other window.',
  cancel: 'Cancel',
  disconnect: 'Disconnect',
  again: 'Sign in again',
  retry: 'Try again',
  expiring: 'This connection ends soon. Sign in again to keep it.',
  needs_user: 'Microsoft asks you to sign in again.',
  needs_admin: 'An administrator of your organisation has to agree first.',
  forward: 'Send this link to your administrator:',
  asked: 'Did Microsoft ask for an administrator? Send yours this link:',
  copy: 'Copy link',
  copied: 'The link is copied. Try again once your administrator has agreed.',
  agreed: 'Your administrator has agreed. You can connect now.',
  blocked_by_policy: 'Your organisation does not allow this connection.',
  try_again: 'Nothing was connected. You can start again whenever you like.',
  sign_in_again: 'Please sign in again.',
  ask_admin: 'An administrator of your organisation has to agree first.',
  contact_admin: 'A rule of your organisation does not allow this. Please ask your administrator.',
  fix_registration: 'This site is not set up correctly for Microsoft. Its developers have to act.',
  fix_credential: 'This site cannot connect to Microsoft at the moment. Its operator has to act.',
  wait: 'Please wait a moment, then try again.',
  none: 'This is not possible here.',
};
