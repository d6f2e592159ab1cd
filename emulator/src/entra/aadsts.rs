//! The AADSTS codes the emulator can answer with: one row each, from entra.md §11. Where that sheet marks the OAuth
//! `error` as inferred, the inferred one stands here.

use axum::http::StatusCode;

/// One code: what travels with it. `{}` in the sentence is replaced by the detail of the case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Aadsts {
    /// The number after `AADSTS`.
    pub(crate) number: u32,
    /// OAuth's `error`.
    pub(crate) error: &'static str,
    /// Microsoft's `suberror`, on the token endpoint only.
    pub(crate) suberror: Option<&'static str>,
    /// The first sentence of the description.
    pub(crate) sentence: &'static str,
}

impl Aadsts {
    /// The HTTP status of a token answer (entra.md §5.3): 401 for refused clients, 400 for all else.
    pub(crate) fn status(&self) -> StatusCode {
        match self.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether Microsoft's look-up page knows the number, so that errors carry `error_uri` (entra 84).
    pub(crate) fn is_listed(&self) -> bool {
        !UNLISTED.contains(&self.number)
    }

    /// The row of a number, if the emulator can answer with it.
    pub(crate) fn numbered(number: u32) -> Option<&'static Self> {
        ALL.iter().find(|row| row.number == number)
    }
}

macro_rules! codes {
    ($($name:ident = $number:literal $error:literal $(+ $suberror:literal)? : $sentence:literal;)*) => {
        $(
            #[doc = concat!("AADSTS", stringify!($number), " `", $error, "`")]
            pub(crate) const $name: Aadsts = Aadsts {
                number: $number,
                error: $error,
                suberror: codes!(@ $($suberror)?),
                sentence: $sentence,
            };
        )*
        const ALL: &[Aadsts] = &[$($name),*];
    };
    (@ $suberror:literal) => { Some($suberror) };
    (@) => { None };
}

codes! {
    // Who is asked, and where.
    TENANT_UNKNOWN = 90002 "invalid_tenant": "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.";
    PARAMETER_MISSING = 900144 "invalid_request": "The request body must contain the following parameter: '{}'.";
    CLIENT_ID_NOT_A_GUID = 90112 "invalid_request": "Application identifier is expected to be a GUID: '{}'.";
    CLIENT_UNKNOWN = 700016 "unauthorized_client": "Application with identifier {} was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.";
    CLIENT_DISABLED = 7000112 "unauthorized_client": "Application {} is disabled.";
    CLIENT_REMOVED = 700016 "unauthorized_client": "Application with identifier {} was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.";
    NOT_ON_COMMON = 90130 "invalid_request": "Application '{}' is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.";
    GRANT_NOT_ON_COMMON = 9001023 "invalid_request": "The grant type is not supported over the /common or /consumers endpoints. Please use a tenant-specific endpoint.";
    SINGLE_TENANT_ON_COMMON = 50194 "invalid_request": "Application {} is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be multi-tenant.";
    WORK_APP_ON_CONSUMERS = 9002332 "unauthorized_client": "Application {} is configured for use by Microsoft Entra ID users only. Please do not use the /consumers endpoint to serve this request.";
    PERSONAL_APP_ELSEWHERE = 9002331 "unauthorized_client": "Application {} is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.";
    REDIRECT_URI_MISMATCH = 50011 "invalid_request": "The redirect URI {} specified in the request does not match the redirect URIs configured for the application.";
    NO_REDIRECT_URI_REGISTERED = 500113 "invalid_request": "No reply address is registered for the application {}.";

    INSTANCE_UNKNOWN = 50049 "invalid_instance": "Unknown or invalid instance: '{}'.";

    // How it is asked.
    QUERY_TOO_LONG = 90015 "invalid_request": "Requested query string is too long.";
    PARAMETER_REPEATED = 90100 "invalid_request": "The '{}' request parameter is not valid: it appears more than once.";
    PARAMETER_INVALID = 90013 "invalid_request": "Invalid input received from the user or the client: {}.";
    PARAMETER_UNSUPPORTED = 90023 "invalid_request": "Unsupported value of the request parameter {}.";
    RESOURCE_PARAMETER = 901002 "invalid_request": "The 'resource' request parameter isn't supported.";
    RESPONSE_TYPE_UNKNOWN = 70005 "unsupported_response_type": "The response type '{}' is not supported.";
    RESPONSE_TYPE_NOT_ENABLED = 700054 "unsupported_response_type": "response_type 'id_token' is not enabled for the application.";
    TOKEN_NOT_ENABLED = 700051 "unsupported_response_type": "response_type 'token' is not enabled for the application.";
    RESPONSE_MODE_UNSUPPORTED = 70007 "invalid_request": "'{}' is not a supported value of 'response_mode' when requesting a token.";
    CHALLENGE_MISSING = 50147 "invalid_request": "MissingCodeChallenge - The size of the code challenge parameter isn't valid.";
    CHALLENGE_SIZE = 501491 "invalid_request": "Invalid size of Code_Challenge parameter.";
    CHALLENGE_METHOD = 50149 "invalid_request": "Invalid Code_Challenge_method parameter: '{}'.";
    WRONG_VERB = 900561 "invalid_request": "The endpoint only accepts POST requests. Received a {} request.";
    GRANT_TYPE_UNKNOWN = 70003 "unsupported_grant_type": "The app requested an unsupported grant type '{}'.";

    // Scopes and consent.
    SCOPE_INVALID = 70011 "invalid_scope": "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {} is not valid.";
    SCOPE_UNKNOWN = 650053 "invalid_scope": "The application asked for scope '{}' that doesn't exist on the resource. Contact the app vendor.";
    SCOPE_INVALID_AT_REDEMPTION = 28002 "invalid_scope": "Provided value for the input parameter scope is not valid when requesting an access token: {}.";
    SCOPE_EMPTY_AT_REDEMPTION = 28003 "invalid_request": "Provided value for the input parameter scope cannot be empty when requesting an access token using the provided authorization code.";
    SEVERAL_RESOURCES = 700022 "invalid_scope": "The provided value for the input parameter 'scope' is not valid because it contains more than one resource.";
    RESOURCE_UNKNOWN = 500011 "invalid_resource": "The resource principal named {} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.";
    CONSENT_MISSING_AT_AUTHORIZE = 65001 "consent_required": "The user or administrator has not consented to use the application with ID {}. Send an interactive authorization request for this user and resource.";
    CONSENT_MISSING = 65001 "invalid_grant" + "consent_required": "The user or administrator has not consented to use the application with ID {}. Send an interactive authorization request for this user and resource.";
    CONSENT_DECLINED = 65004 "access_denied": "User declined to consent to access the app.";
    ADMIN_APPROVAL_NEEDED = 90094 "access_denied": "{} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.";

    // People and sessions.
    NO_SESSION = 50058 "login_required": "A silent sign-in request was sent but no user is signed in.";
    SEVERAL_SESSIONS = 16000 "login_required": "A silent sign-in request was sent but more than one user is signed in, or the user's account cannot be used here.";
    ACCOUNT_NOT_IN_TENANT = 50020 "invalid_request": "User account '{}' does not exist in this tenant and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.";
    ACCOUNT_KIND_NOT_ALLOWED = 500208 "invalid_request": "The account '{}' is not a valid account type for this sign-in: personal and work accounts are not interchangeable here.";
    ACCOUNT_UNKNOWN = 50034 "invalid_grant" + "bad_token": "The user account {} does not exist in this directory.";
    UNASSIGNED_AT_AUTHORIZE = 50105 "interaction_required": "Your administrator has configured the application {} to block users unless they are specifically granted ('assigned') access to the application.";
    UNASSIGNED = 50105 "invalid_grant": "Your administrator has configured the application {} to block users unless they are specifically granted ('assigned') access to the application.";
    BLOCKED_AT_AUTHORIZE = 53003 "access_denied": "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    BLOCKED = 53003 "invalid_grant" + "message_only": "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    ACCOUNT_DISABLED_AT_AUTHORIZE = 50057 "access_denied": "The user account is disabled.";
    ACCOUNT_DISABLED = 50057 "invalid_grant": "The user account is disabled.";
    PASSWORD_WRONG = 50126 "invalid_grant": "Error validating credentials due to invalid username or password.";
    FLOW_EXPIRED = 50089 "invalid_grant": "Authentication failed due to flow token expired. The sign-in was finished or given up; start again from the application.";

    // What can be set as trouble.
    SECOND_FACTOR_NEEDED = 50076 "interaction_required" + "basic_action": "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{}'.";
    SECOND_FACTOR_WRONG = 500121 "invalid_grant": "Authentication failed during strong authentication request.";
    SIGN_IN_TOO_OLD = 70043 "invalid_grant" + "token_expired": "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was issued on {} and the maximum allowed lifetime for this request has passed.";
    SESSIONS_REVOKED = 50173 "invalid_grant" + "bad_token": "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{}'.";
    APPROVAL_REQUEST_OFFERED = 90095 "access_denied": "{} needs permission to access resources in your organization that only an admin can grant. You can ask for approval here.";
    RISKY_APP = 900941 "access_denied": "Administrator consent is required. {} is considered risky.";
    RISKY_APP_IN_REQUEST = 900981 "access_denied": "An admin consent request was received for a risky app: {}.";
    REQUEST_LOOP = 50196 "invalid_grant": "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.";
    TENANT_THROTTLED = 90055 "temporarily_unavailable": "The request was throttled because there were too many.";
    SERVICE_TROUBLE = 90033 "temporarily_unavailable": "A transient error has occurred. Please try again.";

    // Redemption and refresh.
    CODE_SPENT = 54005 "invalid_grant": "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
    CODE_EXPIRED = 70008 "invalid_grant": "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.";
    CODE_INVALID = 70000 "invalid_grant": "The provided value for the input parameter 'code' is not valid: it is not known, or was issued to another client.";
    REFRESH_TOKEN_INVALID = 70000 "invalid_grant" + "bad_token": "The provided value for the input parameter 'refresh_token' is not valid: it is not known, or was issued to another client.";
    REFRESH_TOKEN_UNUSED_TOO_LONG = 700082 "invalid_grant" + "bad_token": "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.";
    PAGE_REFRESH_TOKEN_OVER = 700084 "invalid_grant": "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on {}.";
    OTHER_TENANT = 700005 "invalid_grant": "Provided Authorization Code is intended to use against other tenant, thus rejected.";
    REDIRECT_URI_DIFFERS = 500112 "invalid_client": "The reply address '{}' does not match the reply address provided when requesting Authorization code.";
    VERIFIER_MISMATCH = 501481 "invalid_grant": "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
    MALFORMED_CODE = 9002313 "invalid_grant": "Invalid request. Request is malformed or invalid.";
    MALFORMED_REFRESH_TOKEN = 9002313 "invalid_grant" + "bad_token": "Invalid request. Request is malformed or invalid.";

    // Device codes. Entra's list has no number for a refusal by the person, and no `slow_down`: both are chosen.
    DEVICE_PENDING = 70016 "authorization_pending": "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
    DEVICE_SLOW_DOWN = 70016 "slow_down": "OAuth 2.0 device flow error. The client polls too often.";
    DEVICE_DECLINED = 65004 "authorization_declined": "User declined to consent to access the app.";
    DEVICE_CODE_UNKNOWN = 70018 "bad_verification_code": "The provided value for the input parameter 'device_code' is not valid.";
    DEVICE_CODE_EXPIRED = 70020 "expired_token": "The provided value for the input parameter 'device_code' is not valid. This device code has expired.";
    USER_CODE_UNKNOWN = 70018 "bad_verification_code": "That code didn't work. Check the code and try again.";
    USER_CODE_EMPTY = 90119 "invalid_request": "The user code is null or empty.";
    USER_CODE_DECIDED = 90120 "invalid_request": "The user code was already approved or denied.";

    // On behalf of somebody.
    SECOND_FACTOR_ON_BEHALF = 50079 "interaction_required" + "basic_action": "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{}'.";
    ON_BEHALF_REFUSED = 50013 "invalid_grant": "Assertion failed signature validation: {}.";
    ON_BEHALF_EXPIRED = 500133 "invalid_grant": "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.";
    ID_TOKEN_AS_ASSERTION = 240002 "invalid_request": "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.";

    // The client and where it stands.
    PKCE_REQUIRED = 9002325 "invalid_request": "Proof Key for Code Exchange is required for cross-origin authorization code redemption.";
    ORIGIN_NOT_ALLOWED = 9002326 "invalid_request": "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{}'.";
    ORIGIN_REQUIRED = 9002327 "invalid_request": "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.";
    SECRET_WRONG = 7000215 "invalid_client": "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.";
    SECRET_MISSING = 7000218 "invalid_client": "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    SECRET_EXPIRED = 7000222 "invalid_client": "The provided client secret keys for app '{}' are expired.";
    SECRET_FROM_PUBLIC_CLIENT = 700025 "invalid_client": "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
    ASSERTION_REFUSED = 50012 "invalid_client": "Authentication failed: the client assertion is not valid, {}.";
    ASSERTION_AUDIENCES = 5002741 "invalid_client": "Number of audience values in the provided client credential exceed maximum allowed. {} audience values provided, maximum allowed is 1.";
    ASSERTION_SUBJECT = 50048 "invalid_client": "Subject must match Issuer claim in the client assertion, and both must be the client id '{}'.";
    FEDERATION_UNKNOWN = 70021 "invalid_client": "No matching federated identity record found for presented assertion: {}.";
    ASSERTION_UNKNOWN = 700027 "invalid_client": "The certificate with identifier used to sign the client assertion is not registered on application {}.";
}

/// Numbers that real answers carry and Microsoft's list of codes does not (entra.md §11).
const UNLISTED: &[u32] = &[650_053];

#[cfg(test)]
mod tests {
    use super::*;

    /// entra.md §5.3: clients that are refused get 401, every other OAuth error 400.
    #[test]
    fn refused_clients_get_401_and_all_else_400() {
        assert_eq!(SECRET_MISSING.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(SECRET_EXPIRED.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(CODE_SPENT.status(), StatusCode::BAD_REQUEST);
        assert_eq!(CLIENT_UNKNOWN.status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn a_number_is_found() {
        assert_eq!(Aadsts::numbered(50_126), Some(&PASSWORD_WRONG));
        assert_eq!(Aadsts::numbered(1), None);
    }
}
