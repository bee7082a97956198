package dev.mainstay.stack.e2e;

import dev.mainstay.db.local.LocalEngine;

class MariadbStackIT extends StackScenarios {

  MariadbStackIT() {
    super(LocalEngine.MARIADB);
  }
}
