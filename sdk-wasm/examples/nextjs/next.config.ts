import type { NextConfig } from 'next';

const config: NextConfig = {
  productionBrowserSourceMaps: true,
  // While developing; in production your web server passes /outlook/ on to `connect-outlook serve`.
  rewrites: async () => [{ source: '/outlook/:path+', destination: 'http://127.0.0.1:8400/outlook/:path+' }],
};

export default config;
