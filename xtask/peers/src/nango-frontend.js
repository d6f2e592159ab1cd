// Connections through Nango's service, which holds the tokens
import Nango from '@nangohq/frontend';

export const connect = (connectSessionToken) => new Nango({ connectSessionToken }).auth('outlook');
