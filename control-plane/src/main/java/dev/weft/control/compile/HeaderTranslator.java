package dev.weft.control.compile;

import dev.weft.control.resource.RouteFilter;
import dev.weft.control.resource.RouteFilter.HeaderChanges;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Header filters of a rule or a backend to header mutations. */
final class HeaderTranslator {
  private HeaderTranslator() {}

  static HeaderMutations mutations(List<RouteFilter> filters) {
    List<HeaderValue> requestAdd = new ArrayList<>();
    List<String> requestRemove = new ArrayList<>();
    List<HeaderValue> responseAdd = new ArrayList<>();
    List<String> responseRemove = new ArrayList<>();
    for (RouteFilter filter : filters) {
      switch (filter) {
        case RouteFilter.RequestHeaders request ->
            collect(request.changes(), requestAdd, requestRemove);
        case RouteFilter.ResponseHeaders response ->
            collect(response.changes(), responseAdd, responseRemove);
        case RouteFilter.Redirect _,
            RouteFilter.UrlRewrite _,
            RouteFilter.Mirror _,
            RouteFilter.Cors _,
            RouteFilter.Extension _ -> {}
        case RouteFilter.DirectResponse answer -> {
          if (answer.contentType() != null) {
            responseAdd.add(
                value(
                    new RouteFilter.Header("content-type", answer.contentType()),
                    Append.OVERWRITE_IF_EXISTS_OR_ADD));
          }
        }
      }
    }
    return new HeaderMutations(requestAdd, requestRemove, responseAdd, responseRemove);
  }

  private static void collect(HeaderChanges changes, List<HeaderValue> add, List<String> remove) {
    changes.set().forEach(header -> add.add(value(header, Append.OVERWRITE_IF_EXISTS_OR_ADD)));
    changes.add().forEach(header -> add.add(value(header, Append.APPEND_IF_EXISTS_OR_ADD)));
    changes.remove().forEach(name -> remove.add(name.toLowerCase(Locale.ROOT)));
  }

  private static HeaderValue value(RouteFilter.Header header, Append append) {
    // What users of the control plane write is literal.
    return new HeaderValue(
        header.name().toLowerCase(Locale.ROOT), header.value().replace("%", "%%"), append);
  }
}
