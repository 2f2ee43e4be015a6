/**
 * Envoy's command operators, evaluated: texts and JSON compiled once, filled in from an exchange
 * that goes on or is over. For access logs, header changes and answers of the proxy itself.
 */
@NullMarked
package dev.weft.proxy.format;

import org.jspecify.annotations.NullMarked;
