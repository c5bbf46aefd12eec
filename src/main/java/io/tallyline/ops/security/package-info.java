/**
 * Who may do what over HTTP: users, roles, tokens, sign-in, and the one table of endpoints.
 *
 * <p>Start reading at {@link io.tallyline.ops.security.EndpointTable}.
 */
@NullMarked
package io.tallyline.ops.security;

import org.jspecify.annotations.NullMarked;
