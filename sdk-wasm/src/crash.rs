//! Panics. A panic is a defect of ours; the page gets it as a typed error, and no half attempt stays behind (R169).

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::page::Page;

/// Has `callback` called with the place of a panic (file and line, never its message, which may quote data), before
/// the module stops for good. The loader rejects everything that waits: promises of a stopped module never settle.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(callback: Function) {
    std::panic::set_hook(Box::new(move |panic| {
        if let Ok(page) = Page::current() {
            page.forget_attempts();
        }
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        // A callback that throws cannot make it worse.
        let _: Result<JsValue, JsValue> = callback.call1(&JsValue::NULL, &place.into());
    }));
}
