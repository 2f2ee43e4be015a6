package dev.weft.xds.match;

import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Policy;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.HeaderMatch;

/** Whether a policy's verdict depends on the path of a request. */
final class AskedPaths {
  private AskedPaths() {}

  static boolean in(Policy policy) {
    return policy.permissions().stream().anyMatch(AskedPaths::in)
        || policy.principals().stream().anyMatch(AskedPaths::in);
  }

  private static boolean in(Permission permission) {
    return switch (permission) {
      case Permission.And and -> and.rules().stream().anyMatch(AskedPaths::in);
      case Permission.Or or -> or.rules().stream().anyMatch(AskedPaths::in);
      case Permission.Not not -> in(not.rule());
      case Permission.Header header -> in(header.match());
      case Permission.UrlPath path -> true;
      case Permission.Any any -> false;
      case Permission.DestinationIp ip -> false;
      case Permission.DestinationPort port -> false;
      case Permission.RequestedServerName name -> false;
    };
  }

  private static boolean in(Principal principal) {
    return switch (principal) {
      case Principal.And and -> and.ids().stream().anyMatch(AskedPaths::in);
      case Principal.Or or -> or.ids().stream().anyMatch(AskedPaths::in);
      case Principal.Not not -> in(not.id());
      case Principal.Header header -> in(header.match());
      case Principal.UrlPath path -> true;
      case Principal.Any any -> false;
      case Principal.Authenticated authenticated -> false;
      case Principal.SourceIp ip -> false;
      case Principal.DirectRemoteIp ip -> false;
      case Principal.RemoteIp ip -> false;
    };
  }

  private static boolean in(HeaderMatch header) {
    return header.name().equals(":path");
  }
}
