package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.engine.NodeConnector;
import java.sql.Connection;
import java.sql.SQLException;

/** Connects to nodes where they are reached. */
record Reach(NodeConnector connector, Links links) {

  Connection connect(NodeAddress node) throws SQLException {
    return connector.connect(links.own(node));
  }
}
