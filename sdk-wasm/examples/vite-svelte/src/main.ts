import { mount } from 'svelte';

import 'connect-outlook/element';
import 'connect-outlook/style.css';

import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
