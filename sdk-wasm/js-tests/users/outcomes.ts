// A switch over every outcome, as a page writes it.
import { ConnectOutlookError, createOutlook, type Outcome } from 'connect-outlook';

export function say(outcome: Outcome): string {
  switch (outcome.status) {
    case 'connected':
      return outcome.account.display_name;
    case 'cancelled':
    case 'needs_admin':
    case 'blocked_by_policy':
    case 'misconfigured':
    case 'unavailable':
      return `${outcome.message} ${outcome.actor} ${outcome.next} ${outcome.correlation_id ?? ''}`;
  }
}

export async function read(signal: AbortSignal): Promise<string[]> {
  const outlook = createOutlook({ backend: '/outlook', language: 'de', texts: { turned_back: '…' } });
  const stop = outlook.subscribe((event) => {
    if (event.type === 'outcome') say(event.outcome);
  });
  const subjects: string[] = [];
  try {
    await outlook.connect({ mode: 'popup', scopes: ['Mail.Send'], domain_hint: 'organizations', signal });
    for await (const { subject } of outlook.mail.each({ folder: 'sent', signal })) subjects.push(subject);
    for await (const page of outlook.mail.pages({ limit: 10 })) subjects.push(...page.messages.map(({ preview }) => preview));
  } catch (error) {
    if (error instanceof ConnectOutlookError) subjects.push(error.code);
  }
  stop();
  return subjects;
}
