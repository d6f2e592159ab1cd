import { ConfidentialClientApplication } from "@azure/msal-node";

const { AZURE_AUTHORITY_HOST, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env;

export const app = new ConfidentialClientApplication({
  auth: {
    clientId: AZURE_CLIENT_ID,
    clientSecret: AZURE_CLIENT_SECRET,
    authority: `${AZURE_AUTHORITY_HOST}/common`,
    knownAuthorities: [new URL(AZURE_AUTHORITY_HOST).host],
  },
});
