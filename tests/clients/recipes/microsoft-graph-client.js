import { Client } from "@microsoft/microsoft-graph-client";

const { AZURE_AUTHORITY_HOST } = process.env;

export const graph = (accessToken) =>
  Client.init({
    baseUrl: AZURE_AUTHORITY_HOST,
    customHosts: new Set([new URL(AZURE_AUTHORITY_HOST).hostname]),
    authProvider: (done) => done(null, accessToken),
  });
