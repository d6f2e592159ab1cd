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

/// A member that is a string; empty when there is none.
pub(crate) fn text_or_empty(of: &JsValue, name: &str) -> String {
    text(of, name).unwrap_or_default()
}

/// A member that is a number; 0 when there is none.
pub(crate) fn number(of: &JsValue, name: &str) -> f64 {
    member(of, name).as_f64().unwrap_or_default()
}

/// Sets a member. Plain objects, as ours and those of `JSON.parse` are, take every one.
pub(crate) fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _: Result<bool, JsValue> = Reflect::set(of, &JsValue::from_str(name), value);
}
