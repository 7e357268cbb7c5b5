// The service puts the site's configuration here, as JSON, when it serves the file. The token
// stands exactly once, so that it may be replaced blindly.
export default __PRIVACY_CONFIG__ || {};
