// Mailboxes through Nylas' service, which holds the tokens
import { NylasConnect } from '@nylas/connect';

export const connect = (clientId, redirectUri) => new NylasConnect({ clientId, redirectUri }).connect({ method: 'popup' });
