import HtmlWebpackPlugin from 'html-webpack-plugin';

export default {
  entry: './src/main.js',
  // `trustedTypes`: webpack loads later parts by script tags, which strict policies allow to named policies only.
  output: { filename: '[name].[contenthash].js', publicPath: '/', clean: true, trustedTypes: true },
  devtool: 'source-map',
  plugins: [new HtmlWebpackPlugin({ template: './src/index.html' })],
};
