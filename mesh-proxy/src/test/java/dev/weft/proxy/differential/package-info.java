/** The same bootstrap on the real Envoy and on Weft, side by side: docs/testing.md. */
package dev.weft.proxy.differential;
