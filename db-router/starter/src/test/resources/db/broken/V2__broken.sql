insert into there_is_no_such_table values (1);
