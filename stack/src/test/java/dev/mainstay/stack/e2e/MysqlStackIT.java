package dev.mainstay.stack.e2e;

import dev.mainstay.db.local.LocalEngine;

class MysqlStackIT extends StackScenarios {

  MysqlStackIT() {
    super(LocalEngine.MYSQL);
  }
}
