// The element and its events, the callback page and the double.
import { completeCallback } from 'connect-outlook/callback';
import { ConnectOutlookElement, defineElement } from 'connect-outlook/element';
import { ADA, createTestOutlook, reason } from 'connect-outlook/testing';

const element: ConnectOutlookElement | null = document.querySelector('connect-outlook');
element?.addEventListener('connect-outlook:connected', ({ detail }) => console.log(detail.account.address, detail.restored));
element?.addEventListener('connect-outlook:state', ({ detail }) => console.log(detail.state === 'needs_admin'));
// @ts-expect-error: there is no such state
element?.addEventListener('connect-outlook:state', ({ detail }) => console.log(detail.state === 'trouble'));
defineElement('our-outlook');

const double = createTestOutlook({ accounts: [ADA] });
double.endWith(reason('needs_admin'));
// @ts-expect-error: connected has no reason
reason('connected');
if (element) {
  element.outlook = double.outlook;
  element.texts = { connect: 'Verbinden', turned_back: '…' };
}
void completeCallback({ backend: '/outlook' });
