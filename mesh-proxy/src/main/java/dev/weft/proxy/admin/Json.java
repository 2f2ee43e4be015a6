package dev.weft.proxy.admin;

import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Made when the first page is asked for: most proxies are never looked at in their first second.
 */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}
}
