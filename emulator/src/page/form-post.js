// response_mode=form_post: sends the answer on without a click. Without scripts the page's button does the same.
document.querySelector("form[data-auto-submit]")?.submit();
