package dev.weft.control.resource;

import dev.weft.control.resource.LocalityPolicy.Distribute;
import dev.weft.control.resource.LocalityPolicy.Failover;
import dev.weft.control.resource.LocalityPolicy.Prefer;
import dev.weft.control.resource.LocalityPolicy.Shares;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns what a traffic policy says of places into a typed part. */
final class LocalityParser {
  private LocalityParser() {}

  static LocalityPolicy policy(Fields fields) {
    if (fields.has("distribute")) {
      return new Distribute(
          fields.list(
              "distribute", d -> new Shares(Place.parse(d.text("from")), places(d.numbers("to")))));
    }
    return new Prefer(
        fields.text("prefer").equals("Zone"),
        fields.list(
            "failover", f -> new Failover(f.text("from"), f.list("to", to -> to.node().asText()))));
  }

  private static Map<Place, Integer> places(Map<String, Integer> byName) {
    Map<Place, Integer> places = new LinkedHashMap<>();
    byName.forEach((name, percent) -> places.put(Place.parse(name), percent));
    return places;
  }
}
