// Everything in one script, for a page with a script tag and nothing else.
import './inline.js';
import './element.js';

export * from './index.js';
