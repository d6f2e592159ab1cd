//! Reading members of JavaScript objects without trusting their types.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A member; undefined when there is none, or when `of` is no object.
pub(crate) fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A member that is a string.
pub(crate) fn text(of: &JsValue, name: &str) -> Option<String> {
    member(of, name).as_string()
}
