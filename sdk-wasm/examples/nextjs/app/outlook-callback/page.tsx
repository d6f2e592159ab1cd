// Where Microsoft sends visitors back to: the same page, whose button ends what it began.
export { default } from '../page';
