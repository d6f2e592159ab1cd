import { createApp } from 'vue';

import 'connect-outlook/element';
import 'connect-outlook/style.css';

import App from './App.vue';

createApp(App).mount('#app');
